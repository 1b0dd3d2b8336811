using System.Globalization;

namespace Drydock.Reconcilers.Databases;

/// <summary>A call of a script of <see cref="HostScripts"/> that changes something.</summary>
/// <param name="Script">Its name.</param>
/// <param name="What">The request, for messages: "stopping tikv-1".</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ScriptCall(string Script, string What, IReadOnlyList<string> Arguments)
{
    /// <summary>The arguments of the script replace: each call with its name and the number of its arguments.</summary>
    public static IEnumerable<string> Together(IEnumerable<ScriptCall> calls) => calls.SelectMany(
        call => new[]
        {
            HostScripts.PartName(call.Script), call.Arguments.Count.ToString(CultureInfo.InvariantCulture),
        }.Concat(call.Arguments));
}
