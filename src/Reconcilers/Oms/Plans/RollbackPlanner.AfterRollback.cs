namespace Drydock.Reconcilers.Oms;

/// <content>High availability of an installation where it was off before the upgrade.</content>
internal sealed partial class RollbackPlanner
{
    private List<string> EnableHighAvailabilityThatWasOff()
    {
        var wanted = _spec.HighAvailability;
        var isKnown = _basis.Status is not OmsUpgradeStatus { HighAvailability.Present: false };
        if (wanted.AfterRollback != HighAvailabilityAfterRollback.Enable || !isKnown)
        {
            _plan.Note(isKnown
                ? "High availability was off before the upgrade and stays off. "
                    + "spec.highAvailability.afterRollback: Enable enables it at the end of a rollback."
                : "The version from before the upgrade has no row ha.config, so high availability is not enabled.");
            return [];
        }

        _plan.Note(
            "High availability was off before the upgrade and is enabled at the end "
            + "(spec.highAvailability.afterRollback: Enable).");

        // The first database of the snapshot is rm, which has the row.
        var database = Databases[0];
        if (wanted.Method == HighAvailabilityMethod.Manual)
        {
            return
            [
                Add(
                    RollbackIds.RestoreHA,
                    null,
                    "Wait until the administrator enables high availability",
                    new AwaitManualHighAvailability(database, Enable: true, EnableOnly: true),
                    _barrier,
                    attempts: 1),
            ];
        }

        var written = Add(
            RollbackIds.RestoreHA,
            null,
            "Enable high availability in ha.config",
            new EnableHighAvailabilityAfterRollback(
                database, OmsPlanProgress.StoppedAt(_done) ?? _done.CompiledAt ?? default, wanted.RefetchMargin),
            _barrier,
            attempts: 5);
        var last = RestartConsoles(written, RollbackIds.RestoreHAConsole, n => new RestartConsole(n.OldContainer));
        return [Confirm(RollbackIds.RestoreHAConfirmed, database, enabled: true, last)];
    }
}
