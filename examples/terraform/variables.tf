variable "crosscheck_stack" {
  description = "Name of Crosscheck's stack."
  type        = string
  default     = "crosscheck"
}

variable "store_prefix" {
  description = "The stack's ArtifactStorePrefix."
  type        = string
  default     = "pipeline-artifacts"
}

variable "home" {
  description = "The region of the pipeline and of Crosscheck's stack."
  type        = string
  default     = "eu-west-2"
}

variable "regions" {
  description = "The pipeline's own region, and those of its actions."
  type        = list(string)
  default     = ["eu-west-2", "ap-southeast-1"]
}

variable "source_bucket" {
  description = "A versioned bucket with the sources."
  type        = string
}

variable "source_key" {
  description = "The object in it that is released."
  type        = string
  default     = "release.zip"
}
