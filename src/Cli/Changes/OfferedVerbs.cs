using Drydock.Abstractions.Plans;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Cli.Views;
using Drydock.Crds.Common;

namespace Drydock.Cli.Changes;

/// <summary>The verbs that change a run, as its present state allows them.</summary>
internal static class OfferedVerbs
{
    private const string Release = "release";
    private const string CancelRollback = "cancel-rollback";

    /// <summary>The change of a verb; null if there is no such verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="argument">A hold, phase or step; null for the run.</param>
    public static Func<Run, Change>? Find(string verb, string? argument) => (verb, argument) switch
    {
        ("approve", _) => run => Approval.Of(run, argument, all: false),
        ("hold", { Length: > 0 }) => run => RunControl.Hold(run, [argument]),
        (Release, { Length: > 0 }) => run => RunControl.Release(run, [argument]),
        ("pause", _) => RunControl.Pause,
        ("resume", _) => RunControl.Resume,
        ("retry", _) => TokenChange.Retry,
        ("abort", _) => TokenChange.Abort,
        ("accept", _) => run => TokenChange.Accept(run, argument),
        ("rollback", _) => TokenChange.Rollback,
        (CancelRollback, _) => TokenChange.CancelRollback,
        _ => null,
    };

    /// <summary>The command that does the same.</summary>
    public static string Command(Run run, string verb, string? argument) => verb switch
    {
        Release => Commands.Of(run, "hold", $"{argument} --remove"),
        CancelRollback => Commands.Of(run, "rollback", "--cancel"),
        _ => Commands.Of(run, verb, argument),
    };

    /// <summary>What the present state allows. Holds before later steps are offered with these steps instead.</summary>
    public static IReadOnlyList<OfferView> Of(Run run)
    {
        List<(string Verb, string? Argument)> candidates =
        [
            .. (run.Status?.Holds ?? []).Select(h => ("approve", (string?)h.Name)),
            .. (run.ActivePlan?.Steps ?? [])
                .Where(s => s is { Acceptable: true, State: StepState.Failed })
                .Select(s => ("accept", (string?)s.Id)),
            ("retry", null),
            ("resume", null),
            ("pause", null),
            .. Tokens.List(run, Annotations.Hold).Select(name => (Release, (string?)name)),
            ("abort", null),
            ("rollback", null),
            (CancelRollback, null),
        ];
        return
        [
            .. candidates.Where(c => IsAllowed(run, c.Verb, c.Argument))
                .Select(c => new OfferView(c.Verb, c.Argument, Command(run, c.Verb, c.Argument))),
        ];
    }

    private static bool IsAllowed(Run run, string verb, string? argument)
    {
        try
        {
            return Find(verb, argument)?.Invoke(run) is not null;
        }
        catch (CliException)
        {
            return false;
        }
    }
}
