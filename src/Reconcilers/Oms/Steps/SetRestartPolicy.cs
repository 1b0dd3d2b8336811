namespace Drydock.Reconcilers.Oms;

/// <summary>Gives a verified container the restart policy that the old one had before the upgrade.</summary>
internal sealed class SetRestartPolicy(IOmsTargets targets) : OmsStep<SetRestartPolicy.Args>(targets)
{
    /// <param name="Container">Name or id of the container.</param>
    /// <param name="Policy">The policy as dockerd names it.</param>
    /// <param name="MaximumRetries">For the policy <c>on-failure</c>.</param>
    public sealed record Args(string Container, string Policy, int MaximumRetries);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, args.Container, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(
                Reasons.ContainerNotFound, $"{args.Container} was removed from {context.Node}.");
        }

        var present = container.HostConfig.RestartPolicy;
        return RestartPolicies.NameOf(present) == args.Policy
            && (args.Policy != "on-failure" || present.MaximumRetryCount == args.MaximumRetries)
                ? new Observation.Done($"The restart policy is {args.Policy}.")
                : new Observation.NotStarted();
    }

    protected override Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken) =>
        Docker(context).Containers.UpdateContainerAsync(
            args.Container, RestartPolicies.Update(args.Policy, args.MaximumRetries), cancellationToken);
}
