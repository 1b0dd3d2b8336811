namespace Drydock.Lab.Oms;

/// <summary>Custom ports of config.yaml.</summary>
/// <param name="Ghana">ghana_server_port.</param>
/// <param name="Nginx">nginx_server_port.</param>
/// <param name="Cm">cm_server_port.</param>
/// <param name="Supervisor">supervisor_server_port.</param>
/// <param name="Sshd">sshd_server_port.</param>
public sealed record OmsPorts(
    int Ghana = 8090, int Nginx = 8089, int Cm = 8088, int Supervisor = 9000, int Sshd = 2023);
