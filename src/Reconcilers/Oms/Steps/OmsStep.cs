using Drydock.Clients.Docker;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>What the steps of an OMS upgrade share: the targets, and the defaults of a step that only looks.</summary>
internal abstract class OmsStep(IOmsTargets targets) : IStepAction
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc />
    public string Name => GetType().Name;

    /// <summary>What the step reaches the world by.</summary>
    protected IOmsTargets Targets { get; } = targets;

    /// <inheritdoc />
    public abstract Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken);

    /// <inheritdoc />
    public virtual Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(context.Step.Receipt ?? new SortedDictionary<string, string>(StringComparer.Ordinal));

    /// <inheritdoc />
    public virtual Task ActAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// A short pause: supervisord, the metadata database and the health endpoint send no events. Steps that have one
    /// override it.
    /// </summary>
    public virtual Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(Pause, context.Time, cancellationToken);

    /// <summary>The node the step acts on.</summary>
    /// <exception cref="KeyNotFoundException">The plan names none.</exception>
    protected static string Node(StepContext context) =>
        context.Step.Node ?? throw new KeyNotFoundException($"Step {context.Step.Id} names no node; the stored plan does not fit action {context.Step.Action}.");

    /// <summary>The dockerd of the step's node.</summary>
    protected IDockerClient Docker(StepContext context) => Targets.Docker(Node(context));

    /// <summary>Inspects a container by id or name; null if it does not exist.</summary>
    protected async Task<ContainerInspectResponse?> InspectAsync(
        StepContext context, string container, CancellationToken cancellationToken)
    {
        try
        {
            return await Docker(context).Containers.InspectContainerAsync(container, cancellationToken);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Starts a container.</summary>
    /// <exception cref="StepActionException"> containerd keeps what is left of a start that was cut off: a dockerd with
    /// live-restore was killed in the middle of it, and its containerd with it. Every start is refused then, also by a
    /// dockerd that was started anew (seen with 20.10 and containerd 1.6).
    /// </exception>
    protected async Task StartAsync(StepContext context, string container, CancellationToken cancellationToken)
    {
        try
        {
            await Docker(context).Containers.StartContainerAsync(container, cancellationToken);
        }
        catch (DockerApiException exception) when (IsLeftOver(exception.EngineMessage))
        {
            var id = (await InspectAsync(context, container, cancellationToken))?.ID ?? container;
            throw new StepActionException(
                Crds.Common.Reasons.ComponentsUnhealthy,
                $"dockerd on {Node(context)} was killed while it started {container}: containerd keeps what is left of that start ({exception.EngineMessage}). There, run pkill -KILL -f 'containerd-shim.* -id {id}', and rm -rf /run/containerd/io.containerd.runtime.v2.task/moby/{id} or the directory just named; then retry",
                retryable: false,
                exception);
        }
    }

    private static bool IsLeftOver(string words) =>
        (words.Contains("task ", StringComparison.Ordinal) && words.Contains("already exists", StringComparison.Ordinal))
        || (words.Contains("shim", StringComparison.Ordinal) && words.Contains("file exists", StringComparison.Ordinal));

    /// <summary>What <c>supervisorctl status</c> says in the step's container.</summary>
    protected async Task<SupervisorStatus> ProgramsAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Docker(context).RunExecAsync(context.Parameter("container"), ["supervisorctl", "status"], cancellationToken);
            return SupervisorStatus.Parse(answer.Stdout.Text + "\n" + answer.Stderr.Text);
        }
        catch (DockerConflictException)
        {
            throw Down(context);
        }
    }

    /// <summary>The step's container does not run, and how it is made to.</summary>
    protected static StepActionException Down(StepContext context)
    {
        var container = context.Parameter("container");
        return new StepActionException(
            Crds.Common.Reasons.ComponentsUnhealthy,
            $"{container} on {Node(context)} does not run; look at 'docker logs {container}' there, put its cause right, start it ('docker start {container}'), then retry");
    }

    /// <summary>Runs <c>supervisorctl</c> with arguments; fails with its words if it says no.</summary>
    protected async Task SupervisorctlAsync(
        StepContext context, string verb, string program, CancellationToken cancellationToken)
    {
        // Often not the first request of its act.
        Targets.EnsureMayAct();
        var answer = await Docker(context).RunExecAsync(context.Parameter("container"), ["supervisorctl", verb, program], cancellationToken);
        ThrowIfRefused(context, verb, program, answer.Stdout.Text + answer.Stderr.Text);
    }

    /// <summary>Fails with supervisorctl's words if it said no.</summary>
    protected static void ThrowIfRefused(StepContext context, string verb, string program, string answer)
    {
        var text = answer.Trim();
        if (text.Contains("ERROR", StringComparison.Ordinal))
        {
            throw new StepActionException(
                Crds.Common.Reasons.StepFailed,
                $"supervisorctl {verb} {program} on {Node(context)} answered: {text}. See /home/admin/logs in the container.");
        }
    }

    /// <summary>Facts of one entry.</summary>
    protected static IReadOnlyDictionary<string, string> Fact(string key, string value) =>
        new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value };
}
