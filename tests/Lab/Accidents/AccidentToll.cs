namespace Drydock.Lab.Accidents;

/// <summary>What an accident takes away for good, so that the run cannot go on as it was.</summary>
public enum AccidentToll
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>
    /// The upgrade's object: before T1 all is undone, from then on the plan goes on to its end; then it is gone.
    /// </summary>
    Upgrade,

    /// <summary>The whole namespace: the operator lets go after the running step.</summary>
    Namespace,
}
