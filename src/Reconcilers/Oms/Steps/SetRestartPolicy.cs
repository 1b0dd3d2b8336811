namespace Drydock.Reconcilers.Oms;

/// <summary>Gives a verified container the restart policy that the old one had before the upgrade.</summary>
/// <param name="Container">Name or id of the container.</param>
/// <param name="Policy">The policy as dockerd names it.</param>
/// <param name="MaximumRetries">For the policy <c>on-failure</c>.</param>
internal sealed record SetRestartPolicy(string Container, string Policy, int MaximumRetries) : OmsStep
{
    internal override string Verb => "restart-policy";

    internal override string Title(string? node) => $"Set restart policy {Policy} on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var container = await InspectAsync(context, Container, cancellationToken);
        if (container is null)
        {
            return new Observation.Failed(Reasons.ContainerNotFound, $"{Container} was removed from {context.Node}.");
        }

        var present = container.HostConfig.RestartPolicy;
        return RestartPolicies.NameOf(present) == Policy
            && (Policy != "on-failure" || present.MaximumRetryCount == MaximumRetries)
                ? new Observation.Done($"The restart policy is {Policy}.")
                : new Observation.NotStarted();
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Docker(context).Containers.UpdateContainerAsync(
            Container, RestartPolicies.Update(Policy, MaximumRetries), cancellationToken);
}
