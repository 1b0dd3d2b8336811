namespace Drydock.Lab;

/// <summary>On which side of an act a fault strikes.</summary>
public enum FaultSide
{
    /// <summary>The act has left the client and has not reached the server.</summary>
    Before,

    /// <summary>The server has done the act and the client has not heard of it.</summary>
    After,
}
