using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.OmsUpgrades.Discovery;

namespace Drydock.Reconcilers.OmsUpgrades.Planning;

/// <summary>Adds what the reader of the plan must know before approving it.</summary>
internal sealed class OmsPlanNotes(PlanBuilder plan, OmsUpgradeSpec spec, OmsDiscovery discovery)
{
    public void Compile()
    {
        plan.Note($"metadata database: {discovery.Metadata.Server} with {string.Join(", ", discovery.Metadata.Databases)}");
        plan.Note("downtime runs from the stop of the first old container (T1) to the write that enables high availability (T2); image and containers are prepared before it");
        plan.Note("from the correction JAR or docker_init.sh on, the old version can run again only on the databases restored from the snapshot");
        if (spec.HighAvailability.Method == HighAvailabilityMethod.Sql)
        {
            plan.Note("ha.config is changed by SQL and a restart of oms_console; the vendor documents only the console's System Parameters page (highAvailability.method: Manual)");
        }

        if (!discovery.HighAvailability.Enabled && spec.HighAvailability.AfterUpgrade == HighAvailabilityAfterUpgrade.Enable)
        {
            plan.Note("high availability is off now and will be on at the end, as the runbook asks; afterUpgrade: AsBefore leaves it off");
        }

        foreach (var note in discovery.Notes)
        {
            plan.Note(note);
        }
    }
}
