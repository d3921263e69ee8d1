"""stub"""


class Diagnosis: ...
