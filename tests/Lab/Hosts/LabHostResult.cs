namespace Drydock.Lab.Hosts;

/// <summary>What came of a script that was run inside a host to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it printed as errors.</param>
public sealed record LabHostResult(int ExitCode, string Output, string Error)
{
    /// <summary>What it printed, without the last line's end.</summary>
    /// <exception cref="LabException">It did not end with 0.</exception>
    public string OrThrow() => ExitCode == 0
        ? Output.TrimEnd('\n')
        : throw new LabException($"A script inside a lab host ended with {ExitCode}: {(Error.Length > 0 ? Error : Output).Trim()}");
}
