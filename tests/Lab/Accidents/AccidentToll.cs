namespace Drydock.Lab.Accidents;

/// <summary>A permanent loss that an accident causes. The run cannot continue as before.</summary>
public enum AccidentToll
{
    Nothing,

    /// <summary>
    /// The upgrade's object: before T1 everything is undone, after T1 the plan continues to its end; then the object is
    /// gone.
    /// </summary>
    Upgrade,

    /// <summary>The whole namespace: the operator ends its work after the running step.</summary>
    Namespace,
}
