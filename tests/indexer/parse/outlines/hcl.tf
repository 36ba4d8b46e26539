# The network.
resource "net_vpc" "main" {
  cidr = var.cidr

  tags {
    name = format("%s-vpc", local.name)
  }
}

variable "cidr" {
  type = string
}

locals {
  name = "a"
}

output "id" {
  value = net_vpc.main.id
}
