global using System.Collections.Immutable;
global using System.Collections.ObjectModel;
global using System.Globalization;
global using Drydock.Abstractions.Entities;
global using Drydock.Abstractions.Plans;
global using Drydock.Abstractions.Values;
global using Drydock.Engine.Actions;
global using Drydock.Engine.Guards;
