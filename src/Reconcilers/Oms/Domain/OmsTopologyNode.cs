namespace Drydock.Reconcilers.Oms;

/// <summary>A node of an OMS system.</summary>
/// <param name="Name">Its name in the spec.</param>
/// <param name="HostIp">Its address as the spec gives it.</param>
/// <param name="Ports">Its ports.</param>
internal sealed record OmsTopologyNode(string Name, string HostIp, OmsPorts Ports);
