using System.Net;
using System.Text;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What the two commands that must never run twice on the same data share; see <see cref="WitnessedExec"/>.
/// </summary>
internal abstract class RunOnceCommand(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>The mount of the old and the new container that the witness files go to.</summary>
    public const string LogsMount = "/home/admin/logs";

    private const int LongestLog = 64 * 1024 * 1024;

    /// <summary>Where the command runs.</summary>
    protected abstract string WorkingDirectory(StepContext context);

    /// <summary>The command.</summary>
    protected abstract IReadOnlyList<string> Command(StepContext context);

    /// <summary>What must be so right before it is reserved; null if it is.</summary>
    protected abstract Task<Observation.Failed?> ObstacleAsync(
        StepContext context, CancellationToken cancellationToken);

    /// <summary>What its exit code and output mean.</summary>
    protected abstract Observation Judge(StepContext context, int exitCode, string log);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        // Without a receipt nothing was reserved; a directory of this attempt cannot exist.
        if (context.Receipt(WitnessedExec.DirectoryKey) is null)
        {
            return new Observation.NotStarted();
        }

        try
        {
            return await LookAsync(context, Exec(context), cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return new Observation.Unknown(
                $"{context.Parameter("container")} on {Node(context)} is gone: somebody removed it, and with it went what tells whether the command ended. It is not made again by itself; spec.desiredState: RolledBack restores the databases and goes back");
        }
    }

    private async Task<Observation> LookAsync(
        StepContext context, WitnessedExec exec, CancellationToken cancellationToken)
    {
        var outcome = await exec.LookAsync(context.Receipt(WitnessedExec.ExecKey), cancellationToken);
        return outcome.State switch
        {
            WitnessedState.NotStarted => new Observation.NotStarted(),
            WitnessedState.Running => new Observation.Running(outcome.Message),
            WitnessedState.Ended => Judge(context, outcome.ExitCode!.Value, await LogAsync(exec, cancellationToken)),
            WitnessedState.NeverRan => new Observation.NotStarted(outcome.Message),
            _ => new Observation.Unknown($"on {Node(context)}: {outcome.Message}. Nothing runs again here; the way on is to restore the snapshot and start over", Lost: true),
        };
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ReserveAsync(context, cancellationToken);
        }
        catch (DockerException exception) when (MayPass(exception))
        {
            throw NotTaken(context, exception);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> ReserveAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, context.Parameter("container"), cancellationToken);
        if (container is not { State.Running: true })
        {
            throw Down(context);
        }

        if (await ObstacleAsync(context, cancellationToken) is { } obstacle)
        {
            throw new StepActionException(obstacle.Reason, obstacle.Message!);
        }

        if (context.Receipt(WitnessedExec.ExecKey) is { } reserved
            && context.Receipt(WitnessedExec.ContainerKey) == container.ID
            && await IsStillGoodAsync(context, reserved, cancellationToken))
        {
            return context.Step.Receipt!;
        }

        var directory = WitnessedExec.DirectoryOf(LogsMount, context.OwnerUid, context.Step.Id, context.Ordinal());
        return await new WitnessedExec(Docker(context), container.ID, directory).ReserveAsync(WorkingDirectory(context), Command(context), cancellationToken);
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await Exec(context).StartAsync(context.Receipt(WitnessedExec.ExecKey)!, cancellationToken);
        }
        catch (DockerException exception) when (MayPass(exception))
        {
            // The request may still arrive, or have arrived before: this exec id starts once, and the witness of this
            // attempt lets one command through. The look that follows tells what came of that one execution.
            throw NotTaken(context, exception);
        }
    }

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Exec(context).WaitAsync(context.Receipt(WitnessedExec.ExecKey), context.Time, cancellationToken);

    private WitnessedExec Exec(StepContext context) =>
        new(Docker(context), context.Receipt(WitnessedExec.ContainerKey)!, context.Receipt(WitnessedExec.DirectoryKey)!);

    private static StepActionException NotTaken(StepContext context, Exception exception) =>
        new(Reasons.HostUnreachable, $"dockerd on {Node(context)} did not take the command: {exception.Message}", retryable: true, exception) { NotTaken = true };

    // What a dockerd says on its way down or up, or the connection to it; it also answers 404 for an exec that it
    // forgot, and 409 for one that was started.
    private static bool MayPass(DockerException exception) => exception
        is DockerUnreachableException or DockerStreamException or DockerProtocolException or DockerNotFoundException or DockerConflictException
        or DockerApiException { StatusCode: >= HttpStatusCode.InternalServerError };

    // An exec that was used up without its command beginning (no room for the witness) cannot be started again; another
    // one takes its place.
    private async Task<bool> IsStillGoodAsync(StepContext context, string execId, CancellationToken cancellationToken)
    {
        try
        {
            return !(await Docker(context).Exec.InspectContainerExecAsync(execId, cancellationToken)).HasEnded;
        }
        catch (DockerNotFoundException)
        {
            return false;
        }
    }

    private static async Task<string> LogAsync(WitnessedExec exec, CancellationToken cancellationToken) =>
        await exec.OutputAsync(LongestLog, cancellationToken) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
}
