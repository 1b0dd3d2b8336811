namespace Drydock.Reconcilers.Oms;

/// <summary>What a failure of a node's dockerd is reported as.</summary>
internal static class NodeFailure
{
    /// <summary>The finding.</summary>
    /// <param name="foundIn">Where its address was found; null if the spec names it.</param>
    public static Finding Of(DockerException exception, OmsNode node, string region, string? foundIn) =>
        exception switch
        {
            DockerEndpointException => Found(
                Reasons.SecretMissing, exception.Message, NodeDocker.FieldOf(node, region)),
            DockerApiVersionException => Found(Reasons.DockerUnsupported, Named(node, exception), field: null),
            DockerSshException { Reason: RemoteRefusal.Sudo } => Found(
                Reasons.SudoRefused, exception.Message, $"{NodeDocker.FieldOf(node, region)}.become"),
            _ => Found(
                Reasons.HostUnreachable, Sentences.Join(Named(node, exception), WayOut(foundIn)), field: null),
        } with
        { Node = node.Name };

    private static string? WayOut(string? foundIn) => foundIn is null or FoundNode.InHostIP or FoundNode.InRegions
        ? null
        : $"Its address was found in {foundIn}. If it is reached in another way, name it with its docker in "
            + "spec.regions; if it no longer exists, remove it from there.";

    private static string Named(OmsNode node, DockerException exception) =>
        $"dockerd of {node.Name}: {Sentences.Close(exception.Message)}";

    private static Finding Found(string reason, string message, string? field) =>
        new() { Reason = reason, Message = message, Field = field };
}
