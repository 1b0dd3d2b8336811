namespace Drydock.Clients.Kubernetes.Client;

/// <summary>What happens to owned objects when the owner is deleted.</summary>
public enum PropagationPolicy
{
    /// <summary>The garbage collector deletes them afterwards.</summary>
    Background,

    /// <summary>They are deleted first.</summary>
    Foreground,

    /// <summary>They stay.</summary>
    Orphan,
}
