namespace Drydock.Reconcilers.Databases;

/// <summary>The answer of a process over HTTP whose body is read while it arrives.</summary>
/// <param name="Status">The status code.</param>
/// <param name="ContentType">The media type, without parameters.</param>
/// <param name="Content">The body. It can be read only during the call.</param>
internal sealed record ServiceStream(int Status, string? ContentType, Stream Content);
