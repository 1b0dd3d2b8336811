namespace Drydock.Lab.Oms;

/// <summary>One container as docker inspect shows it, and its programs as supervisorctl does.</summary>
/// <param name="Name">Without the slash.</param>
/// <param name="Image">As given to docker run.</param>
/// <param name="ImageId">With <c>sha256:</c>.</param>
/// <param name="Status"><c>running</c>, <c>exited</c>, <c>created</c>.</param>
/// <param name="RestartPolicy"><c>no</c>, <c>always</c>, …</param>
/// <param name="Binds">Sorted.</param>
/// <param name="Environment">Names only, sorted; but OMS_HOST_IP and IS_UPGRADE with their values.</param>
/// <param name="Settings">Network mode, privileged, pids limit, ulimits.</param>
/// <param name="Programs">Program to state (<c>RUNNING</c>); empty when not running.</param>
/// <param name="ConsoleHa">The ha.config the running console read when it started; null when none runs.</param>
public sealed record OmsContainerState(
    string Name, string Image, string ImageId, string Status, string RestartPolicy, IReadOnlyList<string> Binds, IReadOnlyList<string> Environment, string Settings,
    IReadOnlyDictionary<string, string> Programs, string? ConsoleHa)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name} {Image} {ImageId} {Status} restart={RestartPolicy} {Settings} binds=[{string.Join(", ", Binds)}] env=[{string.Join(", ", Environment)}] "
        + $"programs=[{string.Join(", ", Programs.Select(x => $"{x.Key}={x.Value}").Order(StringComparer.Ordinal))}] consoleHa={ConsoleHa ?? "none"}";
}
