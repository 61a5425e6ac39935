function Get-PcaiDevice {
    <#
    .SYNOPSIS
    Lists the devices that models can run on.

    .DESCRIPTION
    Lists the processor first, then the GPUs that this build of the library can use. Works without
    Initialize-PcaiInference.

    .EXAMPLE
    Get-PcaiDevice

    Shows the processor and the GPUs, with their memory.

    .INPUTS
    None.

    .OUTPUTS
    PcaiInference.DeviceInfo

    .LINK
    Import-PcaiModel
    #>
    [CmdletBinding()]
    [OutputType('PcaiInference.DeviceInfo')]
    param()

    process {
        try {
            [PcaiInference.Library]::Open($script:ModuleFolder)
            $devices = [PcaiInference.DeviceInfo]::List()
        }
        catch {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-PcaiErrorRecord -ErrorRecord $_))
        }
        $devices
    }
}
