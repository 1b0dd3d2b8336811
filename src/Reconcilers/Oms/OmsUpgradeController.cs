using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Entities;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Upgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Takes OMS installations through upgrades: preflight, plan, run, end. How a run goes is the frame's
/// (<c>Upgrades/Frame</c>); what makes an OmsUpgrade is in <c>Running/OmsUpgradeKind.cs</c>.
/// </summary>
[EntityRbac(ApiGroup.Name, "omsupgrades", Verbs = "get,list,watch,patch")]
[EntityRbac(ApiGroup.Name, "omsupgrades/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list,watch,create")]
[EntityRbac(ApiGroup.Name, "snapshotrestores", Verbs = "get,list,watch,create")]
[EntityRbac("", "secrets", Verbs = "get,list,watch,create,update")]
[EntityRbac("", "namespaces", Verbs = "get")]
[EntityRbac("", "events", Verbs = "create,patch")]
[EntityRbac("coordination.k8s.io", "leases", Verbs = "get,list,watch,create,update,delete", OperatorNamespaceOnly = true)]
internal sealed class OmsUpgradeController : IEntityController<OmsUpgrade>, IAsyncDisposable
{
    private readonly RunController<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus> _runs;

    /// <summary>Composes the controller.</summary>
    public OmsUpgradeController(
        OmsServices services, IEntityWriter<OmsUpgrade> writer, IReconcileTrigger<OmsUpgrade> trigger)
    {
        var shared = new RunServices
        {
            Kubernetes = services.Kubernetes,
            Claims = services.Claims,
            Fence = services.Fence,
            Events = services.Events,
            Time = services.Time,
            Loggers = services.Loggers,
        };
        _runs = new RunController<OmsUpgrade, OmsUpgradeSpec, OmsUpgradeStatus>(OmsUpgradeKind.Of(services), shared, writer, trigger);
    }

    /// <summary>Names of the Secrets whose changes wake an upgrade.</summary>
    public static IEnumerable<string> ReferencedSecrets(OmsUpgrade upgrade) =>
        OmsUpgradePhases.IsEnded(upgrade.Status?.Phase) ? [] : OmsSecrets.Names(upgrade.Spec);

    /// <inheritdoc />
    public Task<ReconciliationResult<OmsUpgrade>> ReconcileAsync(
        OmsUpgrade entity, CancellationToken cancellationToken) =>
        _runs.ReconcileAsync(entity, cancellationToken);

    /// <inheritdoc />
    public Task<ReconciliationResult<OmsUpgrade>> DeletedAsync(
        OmsUpgrade entity, CancellationToken cancellationToken) =>
        _runs.DeletedAsync(entity, cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _runs.DisposeAsync();
}
