namespace Drydock.Reconcilers.Databases;

/// <summary>A script refused its request; the code says why.</summary>
internal sealed class ScriptRefusal(string code, string text) : Exception(text)
{
    /// <summary>The code that the script reported.</summary>
    public string Code { get; } = code;
}
