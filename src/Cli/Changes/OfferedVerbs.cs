namespace Drydock.Cli.Changes;

/// <summary>The verbs that change a run, as its present state allows them.</summary>
internal static class OfferedVerbs
{
    private const string Release = "release";
    private const string CancelRollback = "cancel-rollback";

    /// <summary>What the present state allows.</summary>
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
            _ = Change(run, verb, argument);
            return true;
        }
        catch (CliException)
        {
            return false;
        }
    }

    private static Change Change(Run run, string verb, string? argument) => verb switch
    {
        "approve" => Approval.Of(run, argument, all: false),
        "accept" => TokenChange.Accept(run, argument),
        "retry" => TokenChange.Retry(run),
        "resume" => RunControl.Resume(run),
        "pause" => RunControl.Pause(run),
        Release => RunControl.Release(run, [argument!]),
        "abort" => TokenChange.Abort(run),
        "rollback" => TokenChange.Rollback(run),
        _ => TokenChange.CancelRollback(run),
    };

    private static string Command(Run run, string verb, string? argument) => verb switch
    {
        Release => Commands.Of(run, "hold", $"{argument} --remove"),
        CancelRollback => Commands.Of(run, "rollback", "--cancel"),
        _ => Commands.Of(run, verb, argument),
    };
}
