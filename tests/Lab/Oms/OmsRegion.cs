namespace Drydock.Lab.Oms;

/// <summary>One region of the OMS under test.</summary>
/// <param name="Name">cm_region.</param>
/// <param name="CmLocation">cm_location, 0 to 127, unique.</param>
/// <param name="HeartbeatDatabase">drc_cm_heartbeat_db; each region has a separate one.</param>
/// <param name="Hosts">Its nodes; their addresses are cm_nodes.</param>
public sealed record OmsRegion(string Name, int CmLocation, string HeartbeatDatabase, IReadOnlyList<IOmsHost> Hosts);
