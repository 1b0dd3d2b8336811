namespace Drydock.Tests.Unit.Engine.Toys;

internal sealed class StoreException(string message) : Exception(message);
