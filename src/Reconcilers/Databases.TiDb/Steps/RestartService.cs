using System.Globalization;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Restarts a service of the monitoring with its new files (docs/research/tidb.md#procedure): stop, replace, start,
/// port open again. Whether it was restarted tells its start time, recorded before: files alone do not tell what the
/// process has loaded.
/// </summary>
internal sealed class RestartService(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Receipt key: pid of the process that is replaced; empty if none ran.</summary>
    public const string PidBeforeKey = "pidBefore";

    /// <summary>Receipt key: when it was started, by its host's clock, to within a second.</summary>
    public const string StartedBeforeKey = "startedBefore";

    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var service = Service(context);
        if (context.Receipt(PidBeforeKey) is not { } before)
        {
            return new Observation.NotStarted();
        }

        var present = await Targets.Hosts.Files(service.Host).Sha256Async([.. service.Files.Select(f => Place(service, f))], cancellationToken);
        if (!present.SequenceEqual(service.Files.Select(f => f.Sha256), StringComparer.Ordinal))
        {
            return new Observation.NotStarted("its files are not replaced yet");
        }

        var process = await Host(service).LookAsync(cancellationToken);
        if (!process.IsAlive && process.Supervision != SupervisionState.Restarting)
        {
            return new Observation.NotStarted($"it does not run ({process.SupervisionText})");
        }

        if (IsStill(process, before, context.Receipt(StartedBeforeKey)))
        {
            return new Observation.NotStarted("it still runs since before");
        }

        return process.IsListening ? new Observation.Done($"{process.SupervisionText}, listens on {service.Port}") : new Observation.Running($"it does not listen on {service.Port} yet");
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (context.Step.Receipt?.ContainsKey(PidBeforeKey) == true)
        {
            return context.Step.Receipt;
        }

        var process = await Host(Service(context)).LookAsync(cancellationToken);
        var receipt = new SortedDictionary<string, string>(StringComparer.Ordinal) { [PidBeforeKey] = process.Pid?.ToString(CultureInfo.InvariantCulture) ?? "" };
        if (process.StartedAt is { } at)
        {
            receipt[StartedBeforeKey] = Moments.Text(at);
        }

        return receipt;
    }

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        var service = Service(context);
        var host = Host(service);
        var process = await host.LookAsync(cancellationToken);
        if (process.IsAlive)
        {
            await host.StopAsync(cancellationToken);
        }

        foreach (var file in service.Files)
        {
            Targets.EnsureMayAct();
            await HostFileScripts.ReplaceAsync(Targets.Hosts.Files(service.Host), file.From, Place(service, file), file.Sha256, $"{Place(service, file)}.{TiDbVersion.Plain(Spec.FromVersion)}", cancellationToken);
        }

        Targets.EnsureMayAct();
        await host.StartAsync(service.DeployDir, cancellationToken);
    }

    private MonitoringService Service(StepContext context)
    {
        var name = context.Parameter("service");
        return Targets.Settings().Monitoring.Find(m => m.Name == name) ?? throw new StepActionException(Reasons.InvalidSpec, $"spec.tidb.monitoring has no {name}, for which the plan has a step; put it back");
    }

    private IInstanceHost Host(MonitoringService service) => Targets.Hosts.Service(new InstanceTarget
    {
        Name = service.Name,
        Host = service.Host,
        Program = "",
        DeployDir = service.DeployDir,
        Port = service.Port,
        Control = service.Control,
        ControlField = $"spec.tidb.monitoring[{service.Name}].control",
        Swap = SwapMethod.ReplaceBinary,
    });

    private static string Place(MonitoringService service, ReplacedFile file) =>
        $"{service.DeployDir.TrimEnd('/')}/{file.To}";

    private static bool IsStill(InstanceProcess process, string pid, string? startedAt) =>
        process.Pid?.ToString(CultureInfo.InvariantCulture) == pid
        && (process.StartedAt is not { } now
            || Moments.Parse(startedAt) is not { } then
            || (now - then).Duration() <= Grain);
}
