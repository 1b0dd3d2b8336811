namespace Drydock.Reconcilers.Databases;

/// <summary>A script did not do what it was asked; its code says why.</summary>
internal sealed class ScriptRefusal(string code, string text) : Exception(text)
{
    /// <summary>The script's own word.</summary>
    public string Code { get; } = code;
}
