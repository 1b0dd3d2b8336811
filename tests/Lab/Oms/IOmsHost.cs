namespace Drydock.Lab.Oms;

/// <summary>A Docker host as the OMS lab needs it.</summary>
public interface IOmsHost
{
    /// <summary>Short name, unique in the lab (<c>oms-a</c>).</summary>
    string Name { get; }

    /// <summary>The address the host has on the lab's network; becomes OMS_HOST_IP and an entry of cm_nodes.</summary>
    string Address { get; }

    /// <summary>Runs the docker CLI against this host and returns its standard output.</summary>
    /// <exception cref="Exception">The command ended with another code than 0; the message holds its standard
    /// error.</exception>
    Task<string> DockerAsync(params string[] args);
}
