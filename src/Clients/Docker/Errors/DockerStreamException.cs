using Drydock.Clients.Docker.Http;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Docker;


/// <summary>A failure the engine reported inside a stream that had begun with 200 (pull, load).</summary>
public sealed class DockerStreamException : DockerException
{
    /// <summary>Makes one.</summary>
    public DockerStreamException(string endpoint, string operation, string engineMessage)
        : base(endpoint, $"{operation} at {endpoint} failed: {HttpTrouble.Clip(engineMessage, ErrorMapper.MaxMessage)}") => EngineMessage = engineMessage;

    /// <summary>The engine's own words.</summary>
    public string EngineMessage { get; }
}
