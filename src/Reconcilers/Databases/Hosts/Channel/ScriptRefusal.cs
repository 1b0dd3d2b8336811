namespace Drydock.Reconcilers.Databases;

/// <summary>A script refused its request; the code says why.</summary>
internal sealed class ScriptRefusal(string code, string text) : Exception(text)
{
    public string Code { get; } = code;
}
