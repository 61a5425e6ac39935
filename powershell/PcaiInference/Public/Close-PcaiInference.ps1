function Close-PcaiInference {
    <#
    .SYNOPSIS
    Stops the engine, unloads the model and frees its memory.

    .DESCRIPTION
    Cancels running requests and waits until they have ended. Does nothing if there is no engine.
    Initialize-PcaiInference can start a new engine. Removing the module and exiting PowerShell do the
    same.

    .EXAMPLE
    Close-PcaiInference

    Frees the model's memory.

    .INPUTS
    None.

    .OUTPUTS
    None.

    .LINK
    Initialize-PcaiInference
    #>
    [CmdletBinding()]
    [OutputType([void])]
    param()

    process {
        $engine = $script:Engine
        $model = $script:Model
        $script:Engine = $null
        $script:Model = $null
        $script:ModelKey = $null
        if ($null -ne $model) { $model.Dispose() }
        if ($null -ne $engine) { $engine.Dispose() }
    }
}
