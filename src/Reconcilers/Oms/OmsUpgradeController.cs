using Drydock.Clients.Kubernetes.Runtime;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>Takes OMS installations through upgrades: preflight, plan, run, end. How a run goes is the frame's
/// (<c>Upgrades/Flows</c>); what makes an OmsUpgrade is in <c>Running/OmsUpgradeKind.cs</c>.</summary>
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list,watch,patch")]
[EntityRbac(ApiGroup.Name, "omsupgrades/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list,watch,create")]
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list,watch,create")]
[EntityRbac("", "secrets", Verbs = "get,list,watch,create,update")]
[EntityRbac("", "configmaps", Verbs = "get,create")]
[EntityRbac("", "namespaces", Verbs = "get")]
[EntityRbac("", "events", Verbs = "create,patch")]
[EntityRbac(
    "coordination.k8s.io", "leases", Verbs = "get,create,update,delete", OperatorNamespaceOnly = true)]
internal sealed class OmsUpgradeController(
    OmsServices services, EntityWriter<OmsUpgrade> writer, IReconcileTrigger trigger)
    : RunController<OmsUpgrade>(new OmsUpgradeKind(services), services, writer, trigger)
{
    public static IEnumerable<string> ReferencedSecrets(OmsUpgrade upgrade) =>
        RunPhases.IsEnded(upgrade.Status?.Phase) ? [] : SecretReferences.Names(upgrade.Spec);
}
