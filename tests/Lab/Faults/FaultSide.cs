namespace Drydock.Lab;

/// <summary>The side of an act at which a fault strikes.</summary>
public enum FaultSide
{
    /// <summary>The client has sent the act, and the server has not received it.</summary>
    Before,

    /// <summary>The server has done the act, and the client has no answer yet.</summary>
    After,
}
