"""The page that shows all cameras and lets them be set and recorded, and what it is made of.

| | |
|---|---|
| ``GET /`` | the page |
| ``GET /api/cameras`` | the state of all cameras, of the recording, and how it is to be shown |
| ``GET /api/cameras/N/preview.jpg`` | the newest image of the camera with the number N |
| ``GET /api/cameras/N/controls`` | what can be set, with values and ranges |
| ``POST /api/cameras/N/controls`` | ``{"name": "exposure_us", "value": 5000}`` |
| ``POST /api/cameras/N/subject`` | ``{"subject": "m1"}`` |
| ``POST /api/record``, ``/api/stop`` | all cameras |
| ``POST /api/trigger`` | expose cameras that wait for it |
"""

from gazewire.multicam.page.routes import ShownCamera, camera_routes, refuse

__all__ = ["ShownCamera", "camera_routes", "refuse"]
