namespace Drydock.Reconcilers.Oms;

/// <summary>What the current container of a node answered in preflight to the questions that Verify and a rollback ask
/// later. They compare with this.</summary>
internal sealed record NodeBaseline
{
    /// <summary>How many programs are compared at most; OMS has five or six.</summary>
    public const int MostPrograms = 32;

    /// <summary>The programs that were RUNNING, at most <see cref="MostPrograms"/>; null if supervisord did not
    /// answer.</summary>
    public IReadOnlyList<string>? Running { get; init; }

    public bool ConsoleAnswers { get; init; }

    public bool Unhealthy { get; init; }

    /// <summary>What a container must run to be as before.</summary>
    public AwaitPrograms Programs(string container, bool console = true)
    {
        List<string> before = [.. (Running ?? OmsPrograms.All).Where(p => console || p != OmsPrograms.Console)];
        var core = before.Where(p => OmsPrograms.Core.Contains(p, StringComparer.Ordinal)).ToList();
        var others = before.Except(core, StringComparer.Ordinal).ToList();
        return new AwaitPrograms(container, core, IfListed: others.Count > 0 ? others : null);
    }
}
