namespace Drydock.Clients.Docker;


/// <summary>409: the container name is in use.</summary>
public sealed class DockerNameConflictException : DockerConflictException
{
    /// <summary>Makes one.</summary>
    public DockerNameConflictException(
        string endpoint, string operation, string engineMessage, string name, string? holderId)
        : base(endpoint, operation, engineMessage)
    {
        Name = name;
        HolderId = holderId;
    }

    /// <summary>The name that was asked for.</summary>
    public string Name { get; }

    /// <summary>The id of the container that has it, if the engine said so.</summary>
    public string? HolderId { get; }
}
