namespace Drydock.Lab;

/// <summary>One event of a Kubernetes watch on its way to the client.</summary>
/// <param name="Number">Position among all watch events of the proxy, from 1.</param>
/// <param name="Path">Path and query of the watch.</param>
/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
/// <param name="Json">The original event, one line.</param>
public sealed record WatchEvent(int Number, string Path, string Type, string Json);
