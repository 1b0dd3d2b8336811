namespace Drydock.Lab.Oms;

/// <summary>A Docker host of the OMS lab.</summary>
public interface IOmsHost
{
    /// <summary>Short name, unique in the lab (<c>oms-a</c>).</summary>
    string Name { get; }

    /// <summary>The host's address on the lab's network. It becomes OMS_HOST_IP and an entry of cm_nodes.</summary>
    string Address { get; }

    /// <summary>Runs the docker CLI against this host and returns its standard output.</summary>
    /// <exception cref="Exception">The exit code is not 0. The message contains the standard error.</exception>
    Task<string> DockerAsync(params string[] args);
}
