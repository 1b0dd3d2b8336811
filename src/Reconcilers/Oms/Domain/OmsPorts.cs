namespace Drydock.Reconcilers.Oms;

/// <summary>The TCP ports of an OMS node (docs/research/oms.md#configuration-file).</summary>
/// <param name="Ghana">The console's own port (<c>ghana_server_port</c>).</param>
/// <param name="Nginx">Web console and API (<c>nginx_server_port</c>).</param>
/// <param name="Cm">Cluster management (<c>cm_server_port</c>).</param>
/// <param name="Supervisor">Agent (<c>supervisor_server_port</c>).</param>
/// <param name="Sshd">ssh (<c>sshd_server_port</c>).</param>
internal sealed record OmsPorts(
    int Ghana = 8090, int Nginx = 8089, int Cm = 8088, int Supervisor = 9000, int Sshd = 2023)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<int> All => [Ghana, Nginx, Cm, Supervisor, Sshd];
}
