using System.Text.Json;

namespace Drydock.Reconcilers.Oms;

/// <summary>An answer with <c>success: true</c>.</summary>
/// <param name="Data">Its data; of kind Null or Undefined if there is none.</param>
/// <param name="At">The console's clock; the operator's where the console does not say.</param>
internal sealed record OmsApiAnswer(JsonElement Data, DateTimeOffset At);
