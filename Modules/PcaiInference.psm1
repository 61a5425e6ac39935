# Import-Module ./Modules/PcaiInference.psm1: the module from where it lies in this repository.
$path = Join-Path $PSScriptRoot '../powershell/PcaiInference/PcaiInference.psd1'
$module = Import-Module -Name $path -PassThru -ErrorAction Stop
Export-ModuleMember -Function @($module.ExportedFunctions.Keys)
