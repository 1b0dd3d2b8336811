namespace Drydock.Cli.Changes;

/// <summary>The verbs that change a run, as its present state allows them.</summary>
internal static class OfferedVerbs
{
    public static IReadOnlyList<OfferView> Of(Run run)
    {
        List<OfferView> offers = [];
        foreach (var hold in run.Status?.Holds ?? [])
        {
            Try("approve", hold.Name, () => Approval.Of(run, hold.Name, all: false));
        }

        foreach (var failure in Approval.Acceptable(run))
        {
            Try("approve", failure.Id, () => Approval.Of(run, failure.Id, all: false));
        }

        Try("retry", null, () => TokenChange.Retry(run));
        Try("resume", null, () => RunControl.Resume(run));
        Try("pause", null, () => RunControl.Pause(run));
        foreach (var name in Tokens.List(run, Annotations.Hold))
        {
            Try("release", name, () => RunControl.Release(run, [name]), run.Command("hold", $"{name} --remove"));
        }

        Try("abort", null, () => TokenChange.Abort(run));
        Try("rollback", null, () => TokenChange.Rollback(run));
        Try("cancel-rollback", null, () => TokenChange.CancelRollback(run), run.Command("rollback", "--cancel"));
        return offers;

        void Try(string verb, string? argument, Func<Change> change, string? command = null)
        {
            try
            {
                offers.Add(
                    new OfferView(verb, argument, command ?? run.Command(verb, argument), change().Sentence));
            }
            catch (CliException)
            {
                // The present state does not allow it.
            }
        }
    }
}
