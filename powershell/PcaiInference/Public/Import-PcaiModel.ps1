function Import-PcaiModel {
    <#
    .SYNOPSIS
    Loads a model, which then answers all prompts.

    .DESCRIPTION
    Loads a GGUF file into memory, with a progress bar. The previous model answers until the new one is
    ready, and is then unloaded. If loading fails, the previous model stays. To hold only one model in
    memory, call Close-PcaiInference first. If the same model is loaded already, nothing happens. Ctrl+C
    cancels loading.

    .PARAMETER ModelPath
    The model's file, or its folder. Takes the objects of Get-PcaiModel and Get-Item from the
    pipeline. If there are several, the last one answers.

    .PARAMETER GpuLayers
    Layers to put on a GPU: -1 = all that fit, 0 = none.

    .PARAMETER ContextLength
    Tokens that a request may use, prompt and answer together; 0 = the model's own.

    .PARAMETER PassThru
    Returns an object that describes the model (PcaiInference.ModelInfo).

    .EXAMPLE
    Import-PcaiModel -ModelPath ~/models/qwen2.5-3b-instruct-q4_k_m.gguf

    Loads a model, with as many layers on a GPU as fit.

    .EXAMPLE
    Get-PcaiModel -Name 'SmolLM2*' | Select-Object -First 1 | Import-PcaiModel -GpuLayers 0 -PassThru

    Loads a model that was found on this machine, on the processor only, and describes it.

    .INPUTS
    System.String. A path, or an object with a property Path or FullName.

    .OUTPUTS
    None, or PcaiInference.ModelInfo with -PassThru.

    .LINK
    Get-PcaiModel

    .LINK
    Invoke-PcaiGenerate
    #>
    [CmdletBinding()]
    [OutputType('PcaiInference.ModelInfo')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [Alias('Path', 'FullName', 'PSPath')]
        [ValidateNotNullOrEmpty()]
        [string] $ModelPath,

        [ValidateRange(-1, 4096)]
        [int] $GpuLayers = -1,

        [ValidateRange(0, 16777216)]
        [int] $ContextLength = 0,

        [switch] $PassThru
    )

    process {
        if ($null -eq $script:Engine) {
            $PSCmdlet.ThrowTerminatingError((New-PcaiErrorRecord -ErrorId 'PcaiNotInitialized' `
                        -Message 'The engine is not started. Call Initialize-PcaiInference first.' `
                        -Category InvalidOperation -TargetObject $ModelPath))
        }
        $model = $null
        $ready = $false
        $activity = 'Loading the model'
        try {
            # The process's current folder is not PowerShell's.
            $path = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($ModelPath)
            $key = "$GpuLayers|$ContextLength|$path"
            if ($key -cne $script:ModelKey) {
                $options = New-Object PcaiInference.ModelOptions $path
                $options.GpuLayers = $GpuLayers
                $options.ContextLength = $ContextLength
                # The model before it may have the same name, and holds it until this one is ready.
                $id = [System.IO.Path]::GetFileNameWithoutExtension($path)
                if ($null -ne $script:Model -and $script:Model.GetInfo().Id -ceq $id) { $id += '#2' }
                $options.Id = $id

                $model = $script:Engine.Load($options)
                while (-not $model.Wait($script:PollTime)) {
                    Write-Progress -Activity $activity -Status $path `
                        -PercentComplete ([Math]::Min(100, [Math]::Max(0, [int](100 * $model.Progress))))
                }
                $before = $script:Model
                $script:Model = $model
                $script:ModelKey = $key
                $ready = $true
                if ($null -ne $before) { $before.Dispose() }
            }
            if ($PassThru) { $script:Model.GetInfo() }
        }
        catch [System.Management.Automation.PipelineStoppedException] {
            throw
        }
        catch {
            $PSCmdlet.WriteError((ConvertTo-PcaiErrorRecord -ErrorRecord $_ -TargetObject $ModelPath))
        }
        finally {
            # Ctrl+C comes here too.
            if ($null -ne $model) {
                if (-not $ready) { $model.Dispose() }
                Write-Progress -Activity $activity -Completed
            }
        }
    }
}
