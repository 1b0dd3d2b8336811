namespace Drydock.Reconcilers.Oms;

/// <summary>A node of the spec and the config.yaml that was read on it.</summary>
/// <param name="Node">The node's name in the spec.</param>
/// <param name="Region">The region of the spec it is in (<c>default</c> where the spec names none).</param>
/// <param name="HostIp">Its OMS_HOST_IP.</param>
/// <param name="Config">Its config.yaml; null if it could not be read, which is a finding of its own.</param>
internal sealed record NodeConfig(string Node, string Region, string HostIp, OmsConfig? Config);
