namespace Drydock.Lab.Oms;

/// <summary>One container as docker inspect shows it, with its programs as supervisorctl shows them.</summary>
/// <param name="Name">Without the slash.</param>
/// <param name="Image">The image in the arguments of docker run.</param>
/// <param name="ImageId">With <c>sha256:</c>.</param>
/// <param name="Status"><c>running</c>, <c>exited</c>, <c>created</c>.</param>
/// <param name="RestartPolicy"><c>no</c>, <c>always</c>, …</param>
/// <param name="Binds">Sorted.</param>
/// <param name="Environment">Sorted names; OMS_HOST_IP and IS_UPGRADE with their values.</param>
/// <param name="Settings">Network mode, privileged, pids limit, ulimits.</param>
/// <param name="Programs">State of each program (<c>RUNNING</c>); empty if the container does not run.</param>
/// <param name="ConsoleHa">The ha.config that the running console read when it started; null if no console
/// runs.</param>
public sealed record OmsContainerState(
    string Name, string Image, string ImageId, string Status, string RestartPolicy, IReadOnlyList<string> Binds,
    IReadOnlyList<string> Environment, string Settings,
    IReadOnlyDictionary<string, string> Programs, string? ConsoleHa)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name} {Image} {ImageId} {Status} restart={RestartPolicy} {Settings} binds=[{string.Join(", ", Binds)}] "
        + $"env=[{string.Join(", ", Environment)}] "
        + $"programs=[{string.Join(", ", Programs.Select(x => $"{x.Key}={x.Value}").Order(StringComparer.Ordinal))}] "
        + $"consoleHa={ConsoleHa ?? "none"}";
}
