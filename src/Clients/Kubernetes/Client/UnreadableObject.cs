namespace Drydock.Clients.Kubernetes.Client;

/// <summary>
/// An object whose JSON does not fit its type, for instance written by a newer version. It is reported and never hides
/// the others.
/// </summary>
/// <param name="Namespace">Its namespace; null for cluster-scoped kinds.</param>
/// <param name="Name">Its name.</param>
/// <param name="ResourceVersion">Its version.</param>
/// <param name="Error">Where the JSON does not fit (path and expected type, no value).</param>
public sealed record UnreadableObject(string? Namespace, string Name, string ResourceVersion, string Error);
