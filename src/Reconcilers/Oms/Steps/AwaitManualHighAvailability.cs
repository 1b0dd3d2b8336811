using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Method <c>Manual</c>: tells a person what to set in the console, and watches the row until it is so.
/// </summary>
internal sealed class AwaitManualHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>
    /// What the message of a waiting step begins with, by which status knows that a person is waited for.
    /// </summary>
    public const string Instruction = "in the OMS console open System Management > System Parameters > ha.config as an admin user";

    /// <summary>
    /// How long a person is waited for: a slow one is no failure, least of all one for which rollbackPolicy takes a
    /// verified upgrade back.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3650);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        var config = row.Raw is null ? null : HaConfig.Parse(row.Raw);
        if (context.Parameter("wanted") == "off")
        {
            return config is null || !config.Enable
                ? new Observation.Done("ha.config says enable: false")
                : new Observation.Running($"{Instruction} and set enable to false; this goes on by itself");
        }

        if (context.OptionalParameter("plain") == "true")
        {
            return config is { Enable: true }
                ? new Observation.Done("ha.config says enable: true")
                : new Observation.Running($"{Instruction} and set enable to true; this goes on by itself");
        }

        var perceive = context.Parameter("perceive") == "true";
        var minutes = Minutes(context);
        var enough = config is { Enable: true } && (perceive ? config.PerceiveStoreClientCheckpoint : config.RefetchStoreIntervalMin >= minutes);
        return enough
            ? new Observation.Done("ha.config says enable: true", Fact(EnableHighAvailability.EnabledAtFact, context.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)))
            : new Observation.Running(perceive
                ? $"{Instruction} and set enable to true and perceiveStoreClientCheckpoint to true; this goes on by itself"
                : $"{Instruction} and set enable to true and refetchStoreIntervalMin to at least {minutes}; this goes on by itself");
    }

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(Pause, context.Time, cancellationToken);

    private static int Minutes(StepContext context)
    {
        var previous = context.Parameter("previous") is { Length: > 0 } raw ? HaConfig.Parse(raw) : null;
        return RefetchWindow.Minutes(
            EnableHighAvailability.StoppedAt(context),
            context.Time.GetUtcNow(),
            KubernetesDuration.Parse(context.OptionalParameter("margin") ?? "30m"),
            previous?.RefetchStoreIntervalMin);
    }
}
