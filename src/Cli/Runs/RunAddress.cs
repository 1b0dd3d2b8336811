namespace Drydock.Cli.Runs;

/// <summary>How the user named a run, so that a printed command means the same run.</summary>
/// <param name="Options">
/// <c>--context</c> and <c>--kubeconfig</c> as the user gave them, each with a blank before it; empty without them.
/// </param>
/// <param name="HasKind">Whether the user gave KIND/NAME.</param>
internal sealed record RunAddress(string Options, bool HasKind)
{
    /// <summary>The name alone, in the current context.</summary>
    public static RunAddress Default { get; } = new("", HasKind: false);
}
