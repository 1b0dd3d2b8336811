using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Preflight;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>What this process holds in memory of one upgrade. All of it can be lost at any moment.</summary>
internal sealed class OmsSession : IAsyncDisposable
{
    private string? _targetsKey;
    private string? _runKey;
    private PlanRun? _run;

    /// <summary>Whether jobs of the present run are under way.</summary>
    public bool IsBusy => _run?.IsBusy == true;

    /// <summary>The targets, bound to the present spec and Secrets.</summary>
    public OmsTargets? Targets { get; private set; }

    /// <summary>The preflight pass under way or just ended.</summary>
    public Task<PreflightResult>? Preflight { get; set; }

    /// <summary>What the last preflight pass was made for.</summary>
    public string? PreflightKey { get; set; }

    /// <summary>When preflight may look again by itself.</summary>
    public DateTimeOffset PreflightNotBefore { get; set; }

    /// <summary>The target that another upgrade holds: while it does, only its claim is looked at, and not the hosts it works on.</summary>
    public string? BusyTarget { get; set; }

    /// <summary>How often preflight failed for the same key.</summary>
    public int PreflightFailures { get; set; }

    /// <summary>The access fields and Secrets at the time of the last failure.</summary>
    public string? FailedWith { get; set; }

    /// <summary>Whether this process has seen that the backup storage is the one preflight marked.</summary>
    public bool StorageSeen { get; set; }

    /// <summary>Whether this process has seen that the claim on the target is ours.</summary>
    public bool ClaimSeen { get; set; }

    /// <summary>The run of a plan. Another plan gets a run of its own: what the former one's jobs were doing is found again in the world.</summary>
    public async Task<PlanRun> RunAsync(PlanSlot slot, Plan plan)
    {
        var key = $"{slot}|{plan.Hash}|{plan.AttemptsBefore}";
        if (_run is null || _runKey != key)
        {
            var former = _run;
            (_run, _runKey) = (new PlanRun(), key);
            FailedWith = null;
            if (former is not null)
            {
                await former.DisposeAsync();
            }
        }

        return _run;
    }

    /// <summary>Something happened on a target. From any thread.</summary>
    public void WorldChanged() => _run?.WorldChanged();

    /// <summary>Everything that access depends on: endpoints, Secrets, timeouts.</summary>
    public static string AccessKey(OmsUpgrade upgrade, OmsSecrets secrets)
    {
        var nodes = upgrade.Spec.Regions.SelectMany(r => r.Nodes).Select(n => $"{n.Name}={n.Docker}");
        return $"{string.Join(';', nodes)}|{upgrade.Spec.MetadataDatabase}|{upgrade.Spec.Timeouts}|{secrets.Version}";
    }

    /// <summary>Binds the targets anew if spec or Secrets changed; returns what access depends on.</summary>
    public async Task<string> BindAsync(OmsUpgrade upgrade, OmsSecrets secrets, OmsServices services, Action onContainerEvent)
    {
        // Control fields do not count: pausing must not take the connections from under what runs.
        var nodes = upgrade.Spec.Regions.SelectMany(r => r.Nodes).Select(n => n.ToString());
        var key = $"{string.Join(';', nodes)}|{upgrade.Spec.MetadataDatabase}|{secrets.Version}";
        if (Targets is null || _targetsKey != key)
        {
            var old = Targets;
            Targets = new OmsTargets(upgrade, secrets, services, onContainerEvent);
            _targetsKey = key;
            if (old is not null)
            {
                await old.DisposeAsync();
            }
        }
        else
        {
            Targets.Refresh(upgrade);
        }

        return AccessKey(upgrade, secrets);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }

        if (Targets is not null)
        {
            await Targets.DisposeAsync();
        }
    }
}
